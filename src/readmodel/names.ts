// What the tables of a projection are called: those that queries find, and those of a set that is built beside them.
import { type Table } from "./projection.js";

/** A table's name within schema `read`, in one set of tables. */
export type Names = (table: Pick<Table, "name">) => string;

/** The set that serves queries. */
export const inService: Names = ({ name }) => name;

/** Of any other set: one that is being built, or one that has been replaced. */
export const beside =
  (epoch: number): Names =>
  ({ name }) =>
    `${name}_e${epoch}`;
