// A baker's own settings as they stand.
import { type Answer } from "../../application/read-side/answer.js";
import { type Settings, settingsRow } from "../../application/read-side/settings.js";
import { type TzAddress } from "../../domain/identifiers.js";
import { type Transact } from "../database.js";
import { answer, columnsOf, rowsOf } from "./answer.js";

/** Undefined: the baker is not registered. */
export const settings = (transact: Transact, baker: TzAddress): Promise<Answer<Settings | undefined>> =>
  answer(transact, { model: "settings", tables: ["settings"] }, async (session) => {
    const text = `SELECT ${columnsOf(settingsRow)} FROM read.settings AS t WHERE t.baker = $1`;
    return (await rowsOf(session, settingsRow, text, [baker]))[0];
  });
