// What a person does once nothing goes wrong any more, so that all that waits for one goes on.
import { dataOf } from "../support/world/events.js";
import { type Standing } from "./checks.js";
import { type Scene } from "./scene.js";

/** Says what is known, lets go what is held or waits, and asks again for what is no longer asked for. */
export const letGo = (scene: Scene, { wallet, cycles, others }: Standing): void => {
  const { world } = scene;
  const { model } = world;
  const running = model.cycleOf(model.head.level);
  scene.let({ act: "mode", mode: "on" });
  if (wallet.pauses.length > 0) scene.let({ act: "resume" });
  // Fees above a ceiling stop the wallet each time.
  if (wallet.pauses.some(({ reason }) => reason === "finding") && dataOf(world, "CeilingsSet").length > 0)
    scene.let({ act: "ceilings", file: { ceilings: {} } });
  // A cycle that is held is not planned, and what paid it could not be named.
  for (const { cycle, life } of cycles)
    if (life.held) scene.let({ act: "release-cycle", cycle: running - cycle });
  // It is to be known what was paid before more is.
  if (wallet.foreign.length > 0) return scene.let({ act: "classify", pays: true });
  for (const { cycle: number, held, isDone } of cycles) {
    const cycle = running - number;
    for (const { delegator } of held)
      scene.let({ act: "release-payment", cycle, delegator: world.numberOf(delegator) });
    if (!isDone) scene.let({ act: "pay-cycle", cycle });
  }
  for (const nth of others.awaited.keys()) scene.let({ act: "approve", nth, stale: false });
  for (const delegator of others.unplanned) scene.let({ act: "settle", delegator, elsewhere: false });
  for (const { payment, nth, isOpen, held } of others.payments) {
    for (const owed of held) scene.let({ act: "release-other", nth, owed });
    if (isOpen && !wallet.requests.includes(payment)) scene.let({ act: "resume-payment", nth });
  }
};

/** What still stands open, for a person. */
export const describe = ({ wallet, cycles, others }: Standing): string => {
  const open = cycles
    .filter(({ isDone }) => !isDone)
    .map(({ cycle, life, held }) => `cycle ${cycle} is ${life.at}, ${held.length} held`);
  const paused = wallet.pauses.map(({ reason, detail }) => `paused (${reason}: ${detail})`);
  return [
    ...open,
    ...others.payments
      .filter(({ isOpen, held }) => isOpen || held.length > 0)
      .map(({ payment, held }) => `${payment} is open, ${held.length} held`),
    `${others.unplanned.length} settlements without a plan`,
    ...paused,
    `${wallet.foreign.length} foreign`,
    `${wallet.operations.length} operations`,
  ].join(", ");
};
