import { expect } from "chai";

/** Fails a test in which a rejection stays unhandled: mocha passes over it, while it would end the real process. */
export const failOnUnhandledRejections = (): void => {
  let reasons: unknown[] = [];
  const collect = (reason: unknown) => reasons.push(reason);
  before(() => process.on("unhandledRejection", collect));
  beforeEach(() => (reasons = []));
  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    expect(reasons).to.deep.equal([]);
  });
  after(() => process.off("unhandledRejection", collect));
};
