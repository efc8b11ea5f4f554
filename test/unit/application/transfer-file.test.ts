import { createHash } from "node:crypto";
import { expect } from "chai";
import { amountFrom, readTransferFile } from "../../../src/application/transfer-file.js";
import { someTz } from "../../support/chain-model.js";

const A = someTz("a");
const B = someTz("b");
const read = (text: string) => readTransferFile(Buffer.from(text));

describe("an amount that a person types", () => {
  it("has its unit, and is exact", () => {
    expect(amountFrom("12.5tez")).to.equal(12_500_000n);
    expect(amountFrom("0.000001 tez")).to.equal(1n);
    expect(amountFrom("12500000mutez")).to.equal(12_500_000n);
  });

  it("is refused without a unit, with a fraction of a mutez, and if it is nothing or more than there is", () => {
    const unit = "an amount has its unit: 12.5tez or 12500000mutez";
    for (const [text, problem] of [
      ["12", unit],
      ["12.5", unit],
      ["-1tez", unit],
      ["1e3tez", unit],
      ["tez", unit],
      ["1..5tez", '"1..5" is not an amount of tez'],
      ["1.5mutez", '"1.5" is a fraction of a mutez'],
      ["0.0000001tez", '"0.0000001" is a fraction of a mutez: a tez has six decimals'],
      ["0tez", "the amount is 0"],
      ["0.000000tez", "the amount is 0"],
      ["99999999999tez", '"99999999999" is more tez than there are'],
    ] as const)
      expect(amountFrom(text), text).to.equal(problem);
  });
});

describe("a file of transfers", () => {
  it("names each receiver and amount, in the header's unit, and is known by its digest", () => {
    const text = `\uFEFFaddress,tez\r\n${A},1.5\r\n\r\n ${B} , 0.000001\r\n`;
    expect(read(text)).to.deep.equal({
      rows: [
        { to: A, amount: 1_500_000n },
        { to: B, amount: 1n },
      ],
      digest: createHash("sha256").update(text).digest("hex"),
    });
    const inMutez = read(`address,mutez\n${A},1500000`);
    expect(inMutez).to.have.nested.property("rows[0].amount", 1_500_000n);
  });

  it("is refused whole, every bad line named", () => {
    expect(
      read(`address,mutez\n${A},1\ntz1nobody,2\n${B},1.5\n${A},3\n${B},2,more\n${B},\n,5`),
    ).to.deep.equal({
      problems: [
        'line 3: "tz1nobody" is not an address',
        'line 4: "1.5" is a fraction of a mutez',
        `line 5: ${A} stands in line 2 already`,
        "line 6: more than two columns",
        "line 7: the amount is missing",
        "line 8: the address is missing",
      ],
    });
    const columns = { problems: ["line 1: the columns must be address,tez or address,mutez"] };
    expect(read(`${A},5`)).to.deep.equal(columns);
    expect(read(`address,amount\n${A},5`)).to.deep.equal(columns);
    expect(read("")).to.deep.equal(columns);
    expect(read("address,tez\n")).to.deep.equal({ problems: ["it names no receiver"] });
    expect(read('address,tez\n"')).to.have.property("problems").with.length(1);
  });
});
