// Passes on what a person does, and says when Slack or the app did not take it.

const SILENT = "The demo does not answer: has it ended?";

/**
 * POST `facts` to `path`; resolves to {isTaken, outcome, errors}.
 *
 * `isTaken` is whether Slack took it, `outcome` what the app then did: `ok`, or Slack's word for its
 * failure.
 */
export async function post(path, facts) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(facts),
      keepalive: true,
    });
    return answer.ok ? taken(await answer.json()) : refused(await answer.text());
  } catch {
    say(SILENT);
    return { isTaken: false, outcome: "", errors: {} };
  }
}

/** Show a sentence where people look; an empty one takes the last away. */
export function say(words) {
  document.querySelectorAll(".notice").forEach((node) => {
    node.textContent = words;
  });
}

function taken({ outcome, errors = {} }) {
  say(outcome === "ok" ? "" : `We had some trouble connecting. Try again? (${outcome})`);
  return { isTaken: true, outcome, errors };
}

function refused(sentence) {
  say(`Slack refused this: ${sentence}`);
  return { isTaken: false, outcome: "", errors: {} };
}
