import { type Command, InvalidArgumentError } from "commander";
import { type Address, type Cycle, keyFrom, keyText, type VerifierKey } from "../application/arguments.js";
import { checkProof } from "../application/audit/check.js";
import { keptCheckpoint } from "../application/audit/kept.js";
import { type ProofFile } from "../application/audit/payout-proof.js";
import { proveConsistency, provePayout } from "../application/audit/prove.js";
import { type Expectations, type Verdict } from "../application/audit/verifier.js";
import { verifyExport, verifyStore } from "../application/audit/verify.js";
import { type Services } from "../application/services.js";
import { CommandEnd, EXIT } from "./exit.js";
import {
  type Json,
  print,
  printJson,
  readText,
  show,
  tell,
  toAddress,
  toCycle,
  toFile,
  writing,
} from "./io.js";
import { tellProgress } from "./progress.js";

const toKey = (text: string): VerifierKey => {
  const key = keyFrom(text);
  if (key === undefined) throw new InvalidArgumentError('not a key as "taps audit key" prints it.');
  return key;
};
const more =
  <T>(read: (text: string) => T) =>
  (text: string, before: readonly T[] = []): readonly T[] => [...before, read(text)];

interface Verifying extends Json {
  readonly export?: string;
  readonly checkpoint?: readonly string[];
  readonly key?: readonly VerifierKey[];
}

/** The keys that are named; else that of the installation, unless a file is examined, for which nothing else is needed. */
const keysFor = async (
  { key, export: file }: Verifying,
  services: Services,
): Promise<readonly VerifierKey[]> => {
  if (key !== undefined) return key;
  const own = file === undefined ? await services.audit.key({ make: false }) : undefined;
  if (own === undefined)
    tell("no audit key is named (--key): signatures of the log's own checkpoints are not checked");
  return own ? [own] : [];
};

const examine = async (options: Verifying, services: Services): Promise<Verdict> => {
  const keys = await keysFor(options, services);
  const kept: NonNullable<Expectations["kept"]>[number][] = [];
  for (const path of options.checkpoint ?? []) kept.push(keptCheckpoint(path, await readText(path), keys));
  const { audit } = services;
  const expectations = { reading: audit.reading, keys, kept };
  const onProgress = tellProgress("examined");
  return options.export === undefined
    ? verifyStore(await audit.source(), expectations, onProgress)
    : verifyExport(audit.readLines(await toFile(options.export)), expectations, onProgress);
};

/** Leaves are numbered from 1 for people. */
const where = (from: number, to: number): string =>
  from === to ? `event ${from + 1} of the log` : `among events ${from + 1} to ${to + 1} of the log`;

const tellVerdict = ({ size, root, ownCheckpoints, newest, keptCheckpoints, findings }: Verdict): void => {
  for (const { from, to, detail } of findings) print(`${where(from, to)}: ${detail}`);
  print(`${size} events, root ${root}`);
  print(`${ownCheckpoints} checkpoints of its own hold, up to event ${newest}`);
  print(`${keptCheckpoints} checkpoints that were kept elsewhere hold`);
};

const write = async (services: Services, proof: ProofFile, out: string | undefined): Promise<void> => {
  const text = JSON.stringify(proof, undefined, 2);
  async function* lines() {
    yield text;
  }
  if (out === undefined) print(text);
  else await writing(out, services.audit.writeLines(out, lines()));
};

export const auditProofCommands = (audit: Command, services: Services): void => {
  audit
    .command("key")
    .description("print the public key that verifies the log's checkpoints; it is made if there is none")
    .action(async () => {
      const key = await services.audit.key({ make: true });
      if (key === undefined) throw new CommandEnd(EXIT.failed, "there is no audit key");
      print(keyText(key));
    });
  audit
    .command("verify")
    .description(
      "find what was changed, removed, inserted, moved or cut in the log, and name the first of it",
    )
    .option("--export <file>", 'a file of "taps log export" instead of the log; nothing else is needed then')
    .option("--checkpoint <file>", "a checkpoint that was kept elsewhere; may be said again", more(String))
    .option("--key <vkey>", "the audit key's public half; may be said again for each machine's", more(toKey))
    .option("--json", "print one JSON object")
    .addHelpText("after", GUARANTEE)
    .action(async (options: Verifying) => {
      const verdict = await examine(options, services);
      if (options.json) printJson(verdict);
      else tellVerdict(verdict);
      if (verdict.findings.length > 0) throw new CommandEnd(EXIT.failed, "the log is not what it was");
    });
  audit
    .command("prove")
    .description("write a small file that shows one delegator's payout, and no other delegator's row")
    .argument("<cycle>", "the cycle", toCycle)
    .argument("<delegator>", "the delegator's address", toAddress)
    .option("--out <file>", "the file to write (default: standard output)")
    .option("--with-terms", "show the allocation also where that shows the terms of other delegators")
    .action(async (cycle: Cycle, delegator: Address, options: { out?: string; withTerms?: true }) => {
      const { repository, baker } = await services.view();
      const ports = {
        repository,
        baker,
        store: await services.audit.source(),
        reading: services.audit.reading,
      };
      const wanted = { cycle, delegator, withTerms: options.withTerms === true };
      const { proof, termsOfOthers } = await provePayout(ports, wanted);
      await write(services, proof, options.out);
      if (termsOfOthers > 0)
        tell(
          `the allocation is left out: it would show the terms of ${termsOfOthers} other delegators (--with-terms)`,
        );
    });
  audit
    .command("consistency")
    .description("write a proof that the log of one checkpoint was only added to until a later one")
    .argument("<older>", "a file with a checkpoint")
    .argument("<newer>", "a file with a later checkpoint")
    .option("--out <file>", "the file to write (default: standard output)")
    .action(async (older: string, newer: string, { out }: { readonly out?: string }) => {
      const [before, after] = [await readText(older), await readText(newer)];
      await write(services, await proveConsistency(await services.audit.source(), before, after), out);
    });
  audit
    .command("check")
    .description("check a proof with nothing but the file and the audit key's public half")
    .argument("<proof>", "a file of audit prove or audit consistency")
    .requiredOption("--key <vkey>", 'the audit key\'s public half, as "taps audit key" prints it', toKey)
    .option("--json", "print one JSON object")
    .action(async (path: string, { key, json }: Json & { readonly key: VerifierKey }) => {
      const ports = { key, reading: services.audit.reading, codec: await services.audit.codec() };
      show(await checkProof(await readText(path), ports), json ? { json } : {});
    });
};

const GUARANTEE = `
Any edit before the last checkpoint that was kept elsewhere is found. Without one, what was edited by somebody who made
ids and checkpoints anew is not. An event is named where its id or its place in its stream shows what is wrong; else
between which checkpoints of the log it stands. Position and time of recording are a store's own and not examined.`;
