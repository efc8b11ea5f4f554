// A baker's own settings as they stand.
import { z } from "zod";
import { type Answer } from "../../application/read-side/answer.js";
import { type Settings, settingsRow } from "../../application/read-side/settings.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answerRow, columnsOf, type Stored } from "./answer.js";

const shape = settingsRow.extend({ revision: z.int() });
/** Their version is the revision of the baker's stream. */
export const storedSettings: Stored<typeof shape, Settings> = {
  shape,
  shown: ({ revision, ...value }) => ({ value, version: `${revision}` }),
};

/** Undefined: the baker is not registered. */
export const settings = (transact: Transact, baker: TzAddress): Promise<Answer<Settings | undefined>> =>
  answerRow(transact, { model: "settings", tables: ["settings"] }, storedSettings, {
    text: `SELECT ${columnsOf(shape)} FROM read.settings AS t WHERE t.baker = $1`,
    values: [baker],
  });
