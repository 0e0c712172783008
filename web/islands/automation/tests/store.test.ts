/** The document saves itself, survives bad connections, never overwrites somebody else, and undoes exactly. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Api, Refused, Unreachable } from "../api";
import { Autosave } from "../autosave";
import type { SaveState } from "../autosave";
import { addPath, insertStep, removeStep } from "../edits";
import { LIMIT, record, redo, startHistory, undo } from "../history";
import { Store } from "../store";
import type { Ready } from "../store";
import { START } from "../definition";
import { catalogue, randomSession, welcome } from "./samples";

test("undo restores exactly what was, and redo what came after", () => {
  const states = [...randomSession(3, 40)];
  let history = startHistory(states[0]!);
  for (const state of states.slice(1)) history = record(history, state, null, 0);
  for (let at = states.length - 2; at >= 0; at--) {
    history = undo(history);
    assert.equal(history.present, states[at]);
  }
  assert.equal(undo(history), history);
  for (const state of states.slice(1)) {
    history = redo(history);
    assert.equal(history.present, state);
  }
});

test("fifty steps are kept, and typing in one field is one of them", () => {
  let history = startHistory(0);
  for (let value = 1; value <= 80; value++) history = record(history, value, null, value);
  assert.equal(history.past.length, LIMIT);
  history = record(history, 81, "subject", 1000);
  history = record(history, 82, "subject", 1400);
  history = record(history, 83, "name", 1500);
  assert.deepEqual(history.past.slice(-2), [80, 82]);
  history = record(history, 84, "name", 9000);
  assert.equal(history.past.at(-1), 83);
});

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function saver(send: () => Promise<void>) {
  const states: string[] = [];
  const autosave = new Autosave(send, (state: SaveState) => states.push(state.kind));
  return { autosave, states };
}

test("what changes while a save is under way is saved after it", async () => {
  let finish: () => void = () => undefined;
  let sent = 0;
  const { autosave } = saver(() => new Promise((resolve) => ((sent += 1), (finish = resolve))));
  autosave.touch();
  const flushed = autosave.flush();
  await tick();
  autosave.touch();
  finish();
  await tick();
  finish();
  assert.equal(await flushed, true);
  assert.equal(sent, 2);
  assert.equal(autosave.pending, false);
});

test("no answer is offline and tried again; a no is said; a conflict waits for a choice", async () => {
  const answers: (Error | null)[] = [
    new Unreachable("away"),
    new Refused(422, "Too long."),
    new Refused(409, "Changed."),
    null,
  ];
  const { autosave, states } = saver(() => {
    const answer = answers.shift();
    return answer ? Promise.reject(answer) : Promise.resolve();
  });
  autosave.touch();
  assert.equal(await autosave.flush(), false);
  assert.equal(states.at(-1), "offline");
  assert.equal(await autosave.flush(), false);
  assert.equal(states.at(-1), "refused");
  autosave.touch();
  assert.equal(await autosave.flush(), false);
  assert.equal(states.at(-1), "conflict");
  autosave.touch();
  assert.equal(await autosave.flush(), false);
  assert.equal(answers.length, 1);
  assert.equal(await autosave.resume(), true);
  assert.equal(states.at(-1), "saved");
  autosave.stop();
});

interface Call {
  method: string;
  path: string;
  body: { revision?: number; name?: string } | null;
  headers: Record<string, string>;
}

/** A server in twenty lines: one automation with a revision. */
function server(version: number | null = null) {
  const calls: Call[] = [];
  const automation = {
    id: "a",
    name: "Welcome",
    state: "draft",
    definition: welcome,
    revision: 1,
    version,
    unpublished: 0,
    problems: [],
  };
  const versions = [
    {
      number: 1,
      name: null,
      published_at: "",
      published_by: null,
      definition: { nodes: { wait: { kind: "wait" } } },
    },
  ];
  const answerTo = ({ method, path, body }: Call): unknown => {
    if (path.endsWith("/catalogue")) return catalogue;
    if (path.includes("/versions")) return { items: versions, next: null };
    if (path.endsWith("/numbers"))
      return { entered: 0, inside: 0, goal: 0, left: 0, nodes: { old_step: {} }, edges: {} };
    if (method === "PUT" && body?.revision !== automation.revision) return null;
    if (method === "PUT") automation.revision += 1;
    return automation;
  };
  const send: typeof fetch = (input, init) => {
    const sent = init?.body ? JSON.parse(String(init.body)) : null;
    const call = {
      method: init?.method ?? "GET",
      path: String(input),
      body: sent,
      headers: init?.headers as Record<string, string>,
    };
    calls.push(call);
    const answer = answerTo(call);
    const status = answer === null ? 409 : 200;
    const headers = { "content-type": "application/json" };
    return Promise.resolve(
      new Response(JSON.stringify(answer ?? { detail: "Somebody else changed it." }), { status, headers }),
    );
  };
  return { calls, automation, api: new Api("a", "token", "/api/v1", send) };
}

async function opened(version: number | null = null) {
  const { calls, automation, api } = server(version);
  const store = new Store(api, () => 0);
  await store.load();
  await tick();
  return { calls, automation, store, state: () => store.get() as Ready };
}

test("an edit is saved with the revision and the CSRF token", async () => {
  const { calls, store, state } = await opened();
  store.edit((document) => ({ ...document, name: "Hello" }));
  assert.equal(await store.flush(), true);
  const put = calls.find(({ method }) => method === "PUT")!;
  assert.deepEqual([put.body?.name, put.body?.revision, put.headers["X-CSRF-Token"]], ["Hello", 1, "token"]);
  assert.equal(state().facts.revision, 2);
  assert.equal(state().save.kind, "saved");
});

test("somebody else's draft is never overwritten without asking", async () => {
  const { automation, store, state } = await opened();
  automation.revision = 7;
  store.edit((document) => ({ ...document, name: "Mine" }));
  assert.equal(await store.flush(), false);
  assert.equal(state().save.kind, "conflict");
  await store.keepMine();
  assert.equal(state().save.kind, "saved");
  assert.equal(state().history.present.name, "Mine");
  automation.revision = 20;
  store.edit((document) => ({ ...document, name: "Mine again" }));
  await store.flush();
  await store.takeTheirs();
  assert.equal(state().history.present.name, "Welcome");
  assert.equal(store.hasUnsaved(), false);
});

test("undo and redo are saved like any other change", async () => {
  const { calls, store, state } = await opened();
  const before = state().history.present;
  store.edit((document) => ({ ...document, definition: removeStep(document.definition, "hello") }));
  store.undo();
  assert.equal(state().history.present, before);
  store.redo();
  assert.equal(state().history.present.definition.nodes.hello, undefined);
  assert.equal(await store.flush(), true);
  assert.equal(calls.filter(({ method }) => method === "PUT").length, 1);
});

test("an edit that changes nothing is no step of the history", async () => {
  const { store, state } = await opened();
  store.edit((document) => document);
  assert.equal(state().history.past.length, 0);
  assert.equal(store.hasUnsaved(), false);
});

test("ids at which people may wait are not given to new steps", async () => {
  const { store, state } = await opened(1);
  await store.refreshNumbers();
  assert.ok(["wait", "old_step", "hello"].every((id) => store.takenIds().has(id)));
  assert.deepEqual(state().numbers!.nodes.wait, {}); // live, and nobody has got there yet
  const { id } = insertStep(
    state().history.present.definition,
    START,
    { kind: "wait", for: "P1D" },
    store.takenIds(),
  );
  assert.equal(id, "wait_2");
});

test("a load that fails says why and can be tried again", async () => {
  let away = true;
  const { api } = server();
  const flaky = new Api("a", "t", "/api/v1", (input, init) =>
    away ? Promise.reject(new TypeError("network")) : api["send"](input, init),
  );
  const store = new Store(flaky);
  await store.load();
  assert.match((store.get() as { message: string }).message, /cannot be reached/);
  away = false;
  await store.load();
  assert.equal(store.get().phase, "ready");
});

test("a path that is added can be undone", async () => {
  const { store, state } = await opened();
  const before = state().history.present.definition;
  store.edit((document) => ({
    ...document,
    definition: addPath(document.definition, "bought", { next: null }),
  }));
  assert.equal(state().history.present.definition.nodes.bought!.paths!.length, 2);
  store.undo();
  assert.equal(state().history.present.definition, before);
});
