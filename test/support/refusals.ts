import { ActRefused } from "../../src/application/commands/acts.js";

/** The refusal that a command ends with: its code, and its facts if there are any. Throws if it is carried out. */
export const refusalOf = async (act: Promise<unknown>): Promise<string> => {
  try {
    await act;
  } catch (error) {
    if (!(error instanceof ActRefused)) throw error;
    const { refused, facts } = error.refusal;
    return [refused, ...Object.entries(facts).map(([name, value]) => `${name} ${value}`)].join(" ");
  }
  throw new Error("was carried out");
};
