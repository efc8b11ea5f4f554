// An event as a leaf of the log's tree.
import { canonicalJson, leafHash } from "../digest.js";

/** What a leaf holds of an event. `data` is the JSON text that the stores keep byte for byte. */
export interface LeafEvent {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: string;
  readonly metadata: object;
}

/**
 * The leaf's bytes: the RFC 8785 form of {stream, revision, id, type, schemaVersion, data, metadata}. `data` stands in
 * it as a JSON string of the recorded text, so that each of its bytes counts and all of them can be restored; position
 * and time of recording are a store's own and no part of it. Throws RangeError on texts that no store can hold.
 */
export const leafForm = (event: LeafEvent): string => {
  const text = inOrder(event);
  // Hardly any text has what looks like half a surrogate: those are looked at closely.
  return text.includes("\\ud") ? inFull(event) : text;
};

const inFull = ({ stream, revision, id, type, schemaVersion, data, metadata }: LeafEvent): string =>
  canonicalJson({ stream, revision, id, type, schemaVersion, data, metadata: { ...metadata } });

/** What `inFull` gives, in a fifth of the time: a log has millions of them. */
const inOrder = ({ stream, revision, id, type, schemaVersion, data, metadata }: LeafEvent): string =>
  `{"data":${JSON.stringify(data)},"id":${JSON.stringify(id)},"metadata":${metadataForm(metadata)},` +
  `"revision":${revision},"schemaVersion":${schemaVersion},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`;

export const leafOf = (event: LeafEvent): Buffer => leafHash(leafForm(event));

/** Of a flat object of texts, as the metadata of all that TAPS writes are; else the long way. */
const metadataForm = (metadata: object): string => {
  const members = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  let text = "";
  for (const [key, value] of members as [string, unknown][]) {
    if (value === undefined) continue;
    if (typeof value !== "string") return canonicalJson({ ...metadata });
    text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${JSON.stringify(value)}`;
  }
  return `{${text}}`;
};
