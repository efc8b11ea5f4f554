import { hash } from "node:crypto";

const BYTES = 16;

/**
 * uuid v5 (RFC 9562 section 5.5) of a name in a namespace. The library's takes seven times as long, which counts where
 * the id of each event of a log is looked at.
 */
export const uuidIn = (namespace: string): ((name: string) => string) => {
  const prefix = Buffer.from(namespace.replaceAll("-", ""), "hex");
  return (name) => {
    const bytes = hash("sha1", Buffer.concat([prefix, Buffer.from(name)]), "buffer").subarray(0, BYTES);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    const hex = bytes.toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  };
};
