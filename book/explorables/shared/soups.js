// Soups of nets that attack each other, learn from each other and train on themselves, in the library's order.

import { apply, classify, isDivergent, isZero, train } from "./nets.js";
import { below, permutation, randomNet } from "./random.js";

// What happens in an epoch: whom each net attacks and learns from (-1: nobody), orders of pairs, and who comes in.
export function drawEpoch(how, count, rule, schedule, random) {
  const partner = (chance) => (random() < chance ? below(random, count) : -1);
  const orders = (steps) => Array.from({length: steps}, () => (rule.batch === "single" ? permutation(random, how.count) : null));
  return Array.from({length: count}, () => ({
    victim: partner(schedule.attack),
    teacher: partner(schedule.learn ?? 0),
    training: orders(schedule.steps),
    learning: orders(schedule.learn ? schedule.severity ?? 1 : 0),
    newcomer: randomNet(how, random, rule.init),
  }));
}

// One epoch: the nets after it, as a new list, and what happened, in order. "sequential" goes net by net and in place;
// in "simultaneous" order interactions read the state before the epoch, and then all train.
export function evolve(how, nets, rule, schedule, draws) {
  const now = [...nets], events = [], simultaneous = schedule.order === "simultaneous";
  const old = simultaneous ? nets : now;
  const attack = (net) => {
    const {victim} = draws[net];
    if (victim < 0) return;
    now[victim] = apply(how, old[net], old[victim]);
    events.push({kind: "attack", actor: net, net: victim});
  };
  const learn = (net) => {
    const {teacher, learning} = draws[net];
    if (teacher < 0) return;
    const lesson = teacher === net ? null : old[teacher];
    for (const order of learning) now[net] = train(how, now[net], rule, {read: lesson ?? now[net], order});
    events.push({kind: "learn", actor: teacher, net});
  };
  const grow = (net) => {
    for (const order of draws[net].training) now[net] = train(how, now[net], rule, {order});
    const gone = isDivergent(now[net]) ? "divergent" : isZero(now[net], how.round(rule.epsilon)) ? "zero" : null;
    if (!gone) return;
    now[net] = new Float64Array(draws[net].newcomer);
    events.push({kind: gone, actor: net, net});
  };
  const acts = [attack, learn, grow];
  if (simultaneous) acts.forEach((act) => now.forEach((_, net) => act(net)));
  else now.forEach((_, net) => acts.forEach((act) => act(net)));
  return {nets: now, events};
}

export const outcomes = (how, nets, epsilon) => nets.map((net) => classify(how, net, epsilon));
