import { type ChainConstants } from "../../../src/application/ports/chain.js";
import { protocolHash, type ProtocolHash } from "../../../src/domain/identifiers.js";
import { type Rules } from "../../../src/sandbox/model/rules.js";

const KNOWN = [
  "PsUshuai9QapM5TGj1JpuVGkdxz5GykdnEvS6Rh8SUVrARvZLCY",
  "PtTALLiNtPec7mE7yY4m3k26J8Qukef3E3ehzhfXgFZKGtDdAXu",
] as const;
/** The release was not tested with it. */
const UNKNOWN = protocolHash.parse("PsParisCZo7KAh1Z1smVd9ZMZ1HHn5gkzbM94V3PLCpknFWhUAi");

const otherThan = (protocol: ProtocolHash): ProtocolHash =>
  protocolHash.parse(protocol === KNOWN[0] ? KNOWN[1] : KNOWN[0]);

type Limits = Pick<
  ChainConstants,
  "maxOperationsTimeToLive" | "hardGasLimitPerBlock" | "hardGasLimitPerOperation"
>;

interface Era {
  /** Level of its first block. */
  readonly from: number;
  readonly constants: ChainConstants;
}

/** Which protocol each block of a chain belongs to, whatever branch it is in: upgrades, while the chain grows. */
export class Protocols {
  private readonly eras: Era[];

  constructor(
    private readonly first: Rules,
    private readonly headLevel: () => number,
  ) {
    this.eras = [{ from: 0, constants: first.constants }];
  }

  /** Rules that change as the chain grows: those of the next block. */
  rules(): Rules {
    const inForce = (): ChainConstants =>
      this.eras.length === 1 ? this.first.constants : this.at(this.headLevel() + 1);
    return {
      ...this.first,
      get constants() {
        return inForce();
      },
    };
  }

  /** In force in the block of a level. */
  at(level: number): ChainConstants {
    const era = this.eras.findLast(({ from }) => from <= level);
    if (era === undefined) throw new RangeError(`level ${level}`);
    return era.constants;
  }

  /** Blocks that an operation lives where it lives shortest, of all blocks between two, themselves among them. */
  leastTimeToLive(from: number, to: number): number {
    const eras = this.eras.filter((era) => era.from > from && era.from <= to);
    const lives = [this.at(from), ...eras.map(({ constants }) => constants)];
    return Math.min(...lives.map(({ maxOperationsTimeToLive }) => maxOperationsTimeToLive));
  }

  isKnownAt(level: number): boolean {
    return this.at(level).protocol !== UNKNOWN;
  }

  /** Another protocol, after the next block and so many more; what was decided before comes first. */
  upgrade(to: "known" | "unknown", inBlocks = 0, limits: Partial<Limits> = {}): void {
    const { from, constants } = this.newest();
    const protocol = to === "unknown" ? UNKNOWN : otherThan(constants.protocol);
    this.eras.push({
      from: Math.max(this.headLevel() + 2 + inBlocks, from + 1),
      constants: { ...constants, ...limits, protocol },
    });
  }

  /** Whether the last upgrade that was decided is to one that the release does not know. */
  leadsToUnknown(): boolean {
    return this.newest().constants.protocol === UNKNOWN;
  }

  private newest(): Era {
    const era = this.eras.at(-1);
    if (era === undefined) throw new RangeError("a chain without a protocol");
    return era;
  }
}
