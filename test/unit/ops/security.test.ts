// The page that says what the API does about OWASP ASVS, against the tests that it names.
import { existsSync, readFileSync } from "node:fs";
import { expect } from "chai";

const at = (path: string): URL => new URL(`../../../../${path}`, import.meta.url);
const page = readFileSync(at("ops/runbook/SECURITY.md"), "utf8");

const rows = page.split("\n").flatMap((line) => {
  const [, number = "", , how = "", shown = ""] = line.split("|").map((cell) => cell.trim());
  return /^\d/.test(number) ? [{ number, how, shown }] : [];
});

/** A title as it stands between its quotation marks, or a template. */
const TITLE = /\bit\(\s*(["`])((?:\\.|(?!\1).)*)\1/gs;

/** Whether a file has a test of this title, or one whose template has it for a constant part. */
const hasTest = (path: string, title: string): boolean =>
  [...readFileSync(at(path), "utf8").matchAll(TITLE)].some(([, mark, written = ""]) => {
    const text = written.replace(/\\(.)/g, "$1");
    return mark === "`" ? text.split(/\$\{[^}]*\}/).includes(title) : text === title;
  });

describe("what the security page says", () => {
  it("names each requirement of ASVS once, in the order of its numbers", () => {
    const numbers = rows.map(({ number }) => number);
    expect(numbers).to.have.length.above(100);
    for (const number of numbers) expect(number).to.match(/^\d+\.\d+\.\d+$/);
    const inOrder = [...new Set(numbers)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    expect(numbers).to.deep.equal(inOrder);
  });

  it("names a test that is there, or why there is none", () => {
    for (const { number, how, shown } of rows) {
      expect(how, number).to.not.equal("");
      const [, path = "", title = ""] = /^`(\S+) › (.+)`$/.exec(shown) ?? [];
      if (path === "") expect(shown, number).to.match(/^(by the proxy|(not met|no test): .+)$/);
      else expect(existsSync(at(path)) && hasTest(path, title), `${number}: ${shown}`).to.equal(true);
    }
  });

  it("passes over no chapter, and names files that are there", () => {
    const chapters = [...page.matchAll(/^## V(\d+) /gm)].map(([, number]) => Number(number));
    expect(chapters).to.deep.equal(Array.from({ length: 17 }, (_, n) => n + 1));
    const named = [...page.matchAll(/`((?:src|test)\/[\w/.-]+)/g)].map(([, path = ""]) => path);
    expect(named.filter((path) => !existsSync(at(path)))).to.deep.equal([]);
  });
});
