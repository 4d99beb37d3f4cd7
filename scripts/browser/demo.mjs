// Starts `yima demo`, reads the one line it prints when it is ready, and stops
// it again the way a person does.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const READY_MS_MAX = 120_000;
const STOP_MS_MAX = 30_000;

/** A running demo: `base`, `tokens`, `people`, `institutions`, and how to stop it. */
export async function startDemo(program, people) {
  const words = ["demo", "--json", "--port", "0", "--people", String(people)];
  const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  let ready = false;
  const line = await Promise.race([
    once(lines, "line").then(([text]) => text),
    ended.then(([code]) => { throw new Error(`yima demo ended at once with code ${code}`); }),
    late(READY_MS_MAX, "yima demo was not ready in time").catch((error) => {
      if (!ready) child.kill("SIGKILL");
      throw error;
    }),
  ]);
  ready = true;
  const told = JSON.parse(line);
  for (const name of ["base", "tokens", "people", "institutions"]) {
    if (!told[name]) throw new Error(`the demo's line lacks ${name}`);
  }
  return {
    ...told,
    /** Ctrl-C; answers the exit code. */
    async stop() {
      child.kill("SIGINT");
      const [code] = await Promise.race([
        ended,
        late(STOP_MS_MAX, "yima demo did not stop").catch((error) => { child.kill("SIGKILL"); throw error; }),
      ]);
      return code;
    },
  };
}

function late(ms, says) {
  return new Promise((_, refuse) => { setTimeout(() => refuse(new Error(says)), ms).unref(); });
}
