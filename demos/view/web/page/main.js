// The page: what is chosen, and what the engine says about it. See address.js for
// the state, pane.js for a side, cursor.js for the time.

import * as address from "./address.js";
import { Cursor } from "./cursor.js";
import { byId, el, text } from "./dom.js";
import { connect, Refused } from "./engine.js";
import { Pane } from "./pane.js";
import { Panels } from "./panels.js";
import { learn, say, translate } from "./words.js";

const engine = connect();
const langs = ["en", "zh"];
const themes = ["light", "dark"];
const sides = ["naive", "fixed"];

let state = {}; // as in the address; what is absent is the stage's own, or the end
let catalogue; // in the language of state
let answer; // the run that is shown
let cuts = { up: [], down: [] };
let gesture; // that the newest change was part of
const places = new Map(); // what is known of fatal places

const panes = Object.fromEntries(sides.map((side) => [side, new Pane(side, edit, (plan) => choose({ plan, at: undefined }), () => answer && refresh())]));
const cursor = new Cursor((at) => choose({ at: at ?? undefined }, false));
const panels = new Panels({ engine, choose, get state() { return state; }, get answer() { return answer; }, get catalogue() { return catalogue; } });

const stage = () => catalogue.stages.find((s) => s.id === state.stage);

// choose changes the state: a choice is a step of the history.
function choose(change, choice = true) {
	if (choice) gesture = undefined;
	text(byId("notice"), "");
	state = { ...state, ...change };
	address.write(state, choice);
	return refresh();
}

// edit puts other cuts into the plan.
function edit(dir, offsets, by) {
	text(byId("notice"), "");
	cuts = { ...cuts, [dir]: offsets };
	for (const pane of Object.values(panes)) pane.move(cuts);
	const items = [answer.rest, ...["up", "down"].filter((d) => cuts[d].length).map((d) => `${d}:cut=${cuts[d].join(",")}`)];
	const plan = items.filter(Boolean).join(";") || "glue";
	const choice = by !== gesture;
	state = { ...state, plan, at: undefined };
	address.write(state, choice);
	gesture = by;
	byId("plan").value = plan;
	return refresh();
}

// check returns what an address asks for as far as that exists, and what does not.
function check(asked) {
	const wrong = [];
	const known = { ...asked };
	const only = (key, list) => {
		if (known[key] === undefined || list.includes(known[key])) return;
		wrong.push(say("The address asks for %s=%s, which there is not.", key, known[key]));
		delete known[key];
	};
	only("stage", catalogue.stages.map((s) => s.id));
	known.stage ??= "stage4";
	only("variant", catalogue.stages.find((s) => s.id === known.stage).variants.map((v) => v.name));
	only("side", sides);
	only("lang", langs);
	only("theme", themes);
	only("tab", panels.names);
	only("belief", catalogue.beliefs.map((b) => b.name));
	only("lesson", catalogue.lessons.map((l) => String(l.number)));
	if (known.at !== undefined) {
		if (/^\d{1,6}$/.test(known.at)) known.at = Number(known.at);
		else {
			wrong.push(say("The address asks for %s=%s, which there is not.", "at", known.at));
			delete known.at;
		}
	}
	return [known, wrong];
}

// follow shows what the address asks for.
async function follow() {
	const asked = address.read();
	gesture = undefined;
	const lang = langs.includes(asked.lang) ? asked.lang : langs[0];
	if (lang !== catalogue?.lang) await speak(lang);
	const [known, wrong] = check(asked);
	state = known;
	text(byId("notice"), wrong.join(" "));
	dress();
	await refresh();
}

// speak changes the language of all that is said.
async function speak(lang) {
	catalogue = await engine.ask("catalogue", { lang });
	catalogue.lang = lang;
	learn(catalogue.words);
	document.documentElement.lang = lang === "zh" ? "zh-Hans" : lang;
	translate(document);
	byId("lang").textContent = lang === "zh" ? "English" : "中文";
	byId("lang").lang = lang === "zh" ? "en" : "zh-Hans";
	byId("version").textContent = catalogue.version;
	byId("stage").replaceChildren(...catalogue.stages.map((s) => el("option", { value: s.id }, `${s.id} ${s.name}: ${s.title}`)));
	byId("plans").replaceChildren(
		el("option", { value: "?" }, say("Choose a plan")), el("option", { value: "" }, say("The stage's own plan")),
		...catalogue.plans.map((p) => el("option", { value: p.text }, `${p.text}: ${p.what}`)));
	byId("known").replaceChildren(el("option", { value: "" }, say("Add a command")), ...catalogue.commands.map((c) => el("option", { value: c.text }, `${c.text}: ${c.what}`)));
}

// dress shows the state in the header.
function dress() {
	const theme = state.theme ?? themes[0];
	document.documentElement.dataset.theme = theme;
	byId("theme").textContent = theme === "dark" ? say("Light") : say("Dark");
	byId("plans").value = "?";
	byId("side").value = state.side ?? "";
	const chosen = [state.lang, state.stage, state.variant].join();
	if (chosen === dressed) return;
	dressed = chosen;
	byId("stage").value = state.stage;
	const variants = stage().variants;
	byId("variants").hidden = variants.length < 2;
	byId("variant").replaceChildren(...variants.map((v) => el("option", { value: v.name }, v.name ? `${v.name}: ${v.title}` : stage().name)));
	byId("variant").value = state.variant ?? "";
}
let dressed;

// request is what the engine is asked for.
function request() {
	// Where a pane is narrow, a wider picture is made smaller: its least type, of 18
	// pixels, is still one of 15.
	const room = panes[state.side ?? "naive"].width();
	const width = Math.round(room < 600 ? room * 1.2 : room);
	return { stage: state.stage, variant: state.variant, plan: state.plan, commands: state.c, side: state.side ?? "both", at: state.at ?? -1, lang: state.lang, theme: state.theme, width };
}

let running = null; // the loop that asks for pictures
let held; // the newest request that a picture came of
let failed = false; // the newest request
let again = false;
let changed = 0; // when the first change came that no picture shows and that none is under way for
let drew = 0; // when the newest picture came
const often = 50; // ms between pictures, at the most, while changes come faster

// refresh draws the newest state. One request is under way at a time; what changes
// meanwhile is asked for when it has come back.
function refresh() {
	changed ||= performance.now();
	again = true;
	byId("panes").setAttribute("aria-busy", "true");
	running ??= (async () => {
		while (again) {
			again = false;
			const since = changed || performance.now();
			changed = 0;
			const asked = request();
			try {
				const got = await engine.ask("run", asked);
				const stale = asked.stage !== state.stage || asked.variant !== state.variant || asked.side !== (state.side ?? "both") || asked.lang !== state.lang;
				if (again && (stale || performance.now() - drew < often)) {
					changed = since;
					continue;
				}
				held = asked;
				draw(got);
				byId("panes").getBoundingClientRect(); // lays it out
				drew = performance.now();
				performance.measure("picture", { start: since, detail: got.plan });
			} catch (e) {
				fail(e, asked);
			}
		}
		running = null;
		byId("panes").setAttribute("aria-busy", "false");
		if (!failed) settle();
	})();
	return running;
}

// fail says what is wrong with what was asked for. Where nothing of this stage is
// drawn yet it asks for less: no moment, then the stage's own plan.
function fail(e, asked) {
	failed = true;
	text(byId("plan-error"), e.message);
	byId("panes").classList.add("stale");
	if (state.at !== undefined) {
		state = { ...state, at: undefined };
		broken = again = true;
		return;
	}
	if (state.plan !== undefined) byId("plan").value = state.plan;
	const field = held?.plan === asked.plan && held.commands !== asked.commands ? "commands" : "plan";
	if (!broken && e instanceof Refused) byId(field).setAttribute("aria-invalid", "true");
	if (answer?.stage === state.stage || (state.plan === undefined && state.c === undefined)) return;
	state = { ...state, plan: undefined, c: undefined };
	broken = again = true;
}
let broken = false; // the error that stands there is of an address, and stays for a picture

function draw(got) {
	answer = got;
	byId("panes").classList.remove("stale");
	if (!broken) text(byId("plan-error"), "");
	for (const field of ["plan", "commands"]) byId(field).removeAttribute("aria-invalid");
	failed = false;
	broken = false;
	dress();
	const plan = byId("plan");
	if (document.activeElement !== plan || plan.value === "") plan.value = got.plan;
	const commands = byId("commands");
	if (document.activeElement !== commands) commands.value = got.commands.join("\n");
	if (!again) cuts = { up: got.cuts.up ?? [], down: got.cuts.down ?? [] };
	const shown = got.sides.map((s) => panes[s.side].element);
	const room = byId("panes");
	if (room.children.length !== shown.length || shown.some((e, i) => room.children[i] !== e)) room.replaceChildren(...shown);
	for (const side of got.sides) {
		panes[side.side].show(side, cuts, places.get(placesKey(side.side)) ?? null);
	}
	cursor.show(got.moments, got.at, again ? state.at ?? got.moments.length : got.at);
	byId("command").textContent = got.command;
	byId("said").replaceChildren(...got.narration.map((n) => el("p", {}, el("strong", {}, n.label), " ", n.text)), el("p", { class: "note" }, got.key.join(say("; "))));
	panels.show();
}

const placesKey = (side) => JSON.stringify([side, state.stage, state.variant, state.c, answer.rest, state.lang]);

let search = null; // that looks for fatal places, of these keys

// settle asks for what may take longer than a picture, and lets go of what was
// asked for before, if that is something else.
async function settle() {
	const sides = answer?.sides.map((s) => s.side) ?? [];
	const keys = sides.map(placesKey);
	if (search?.keys.join() === keys.join()) return;
	search?.cancel.abort();
	const mine = (search = { keys, cancel: new AbortController() });
	const asked = { stage: state.stage, variant: state.variant, commands: state.c, plan: answer.rest, lang: state.lang };
	for (const [i, side] of sides.entries()) {
		if (!places.has(keys[i])) {
			try {
				const got = await engine.ask("fatal", { ...asked, side }, mine.cancel.signal);
				places.set(keys[i], got);
			} catch (e) {
				if (mine.cancel.signal.aborted) return;
				places.set(keys[i], { directions: [], smallest: null, note: e.message });
			}
		}
		if (mine !== search) return;
		panes[side].places(places.get(keys[i]));
	}
}

// tell says something once, for eyes and for ears.
function tell(said) {
	text(byId("spoken"), said);
	text(byId("notice"), said);
}

async function copy(what, said) {
	try {
		await navigator.clipboard.writeText(what);
		tell(said);
	} catch {
		tell(what); // no permission: it can be copied by hand
	}
}

async function save(op) {
	try {
		const { name, blob } = await engine.download(op, request());
		const href = URL.createObjectURL(blob);
		el("a", { href, download: name }).click();
		setTimeout(() => URL.revokeObjectURL(href), 60_000);
		tell(say("Saved as %s.", name));
	} catch (e) {
		tell(e.message);
	}
}

function listen() {
	const on = (id, type, f) => byId(id).addEventListener(type, f);
	const own = { variant: undefined, plan: undefined, c: undefined, at: undefined };
	on("stage", "change", (e) => choose({ ...own, stage: e.target.value }));
	on("variant", "change", (e) => choose({ ...own, variant: e.target.value || undefined }));
	on("side", "change", (e) => choose({ side: e.target.value || undefined, at: undefined }));
	on("plan", "change", (e) => choose({ plan: e.target.value.trim() || undefined, at: undefined }));
	on("plans", "change", (e) => e.target.value !== "?" && choose({ plan: e.target.value || undefined, at: undefined }));
	on("commands", "change", (e) => {
		const c = e.target.value.split("\n").map((line) => line.trim()).filter(Boolean);
		choose({ c: c.length ? c : undefined, at: undefined });
	});
	on("known", "keydown", (e) => {
		if (e.altKey || (e.key !== "ArrowDown" && e.key !== "ArrowUp")) return;
		e.preventDefault(); // a closed list would choose the next command at each key
		e.target.showPicker?.();
	});
	on("known", "change", (e) => {
		const field = byId("commands");
		const known = e.target.value;
		e.target.value = "";
		field.value = [...field.value.split("\n").filter((line) => line.trim()), known].join("\n");
		field.focus();
		// What the command is given is to be typed in its place; without that, it runs.
		const given = known.indexOf(" ") + 1;
		field.setSelectionRange(field.value.length - (given ? known.length - given : 0), field.value.length);
		if (!given) field.dispatchEvent(new Event("change"));
	});
	on("theme", "click", () => {
		state = { ...state, theme: state.theme === "dark" ? undefined : "dark" };
		address.write(state, true);
		dress();
	});
	on("lang", "click", async () => {
		const lang = catalogue.lang === "zh" ? undefined : "zh";
		try {
			await speak(lang ?? langs[0]);
			choose({ lang });
		} catch (e) {
			tell(e.message);
		}
	});
	on("copy-link", "click", () => copy(address.link(state), say("The link is copied.")));
	on("copy-command", "click", () => copy(answer.command, say("The command is copied.")));
	on("save-svg", "click", () => save("svg"));
	on("save-pcap", "click", () => save("pcap"));
	on("share", "keydown", (e) => {
		if (e.key !== "Escape") return;
		byId("share").open = false;
		byId("share").firstElementChild.focus();
	});
	document.addEventListener("click", (e) => {
		if (!byId("share").contains(e.target)) byId("share").open = false;
	});
	document.querySelector(".skip").addEventListener("click", (e) => {
		e.preventDefault(); // the address is the state's
		byId("panes").focus();
	});
	addEventListener("popstate", load);
}

const load = () => follow().catch((e) => tell(e.message));

listen();
byId("panes").append(...Object.values(panes).map((p) => p.element));
load();
