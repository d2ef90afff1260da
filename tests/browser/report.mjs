// Counts what passed and what did not. A case is a sentence and what must hold.
let passed = 0;
const failures = [];

export async function holds(sentence, check) {
  try {
    await check();
    passed += 1;
  } catch (error) {
    failures.push(sentence);
    console.log(`FAILED ${sentence}\n  ${String(error.message ?? error).replaceAll("\n", "\n  ")}`);
  }
}

export function must(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

export function finish() {
  console.log(`${passed} passed, ${failures.length} failed, 0 skipped`);
  process.exitCode = failures.length ? 1 : 0;
}
