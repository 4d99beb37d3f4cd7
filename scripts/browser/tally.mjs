// Counts what held and says at once what did not.
export class Tally {
  passed = 0;
  failed = 0;

  /** Runs a check; it fails by throwing. */
  async check(name, work) {
    try {
      await work();
      this.passed += 1;
    } catch (error) {
      this.failed += 1;
      console.error(`FAILED ${name}\n  ${String(error?.message ?? error).replaceAll("\n", "\n  ")}`);
    }
  }

  get closing() {
    return `${this.passed} passed, ${this.failed} failed`;
  }
}

export function holds(condition, says) {
  if (!condition) throw new Error(says);
}

/** Asks again until the answer is yes. */
export async function soon(question, says, ms = 10_000) {
  const end = Date.now() + ms;
  while (!(await question())) {
    if (Date.now() > end) throw new Error(says);
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
}
