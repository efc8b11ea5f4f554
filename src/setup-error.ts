/** Something is missing or does not fit; the message says what to do. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}
