// What people believe, each with the experiment that refutes it.

import { el, picture } from "./dom.js";
import { say } from "./words.js";

export async function belief({ engine, state, catalogue, choose }, width) {
	const name = state.belief ?? catalogue.beliefs[0].name;
	const got = await engine.ask("belief", { name, lang: state.lang, width });
	const select = el("select", { change: (e) => choose({ belief: e.target.value }) },
		catalogue.beliefs.map((b) => el("option", { value: b.name, selected: b.name === name }, b.says)));
	return [
		el("div", { class: "row" }, el("label", { class: "field wide" }, el("span", {}, say("People say")), select)),
		el("p", {}, got.tried),
		!got.skipped && el("p", {}, el("strong", {}, got.verdict)),
		el("p", {}, got.sentence),
		el("p", {}, got.instead),
		got.svg ? el("div", { class: "figure", tabindex: "0", role: "group", "aria-label": got.says }, picture(got.svg)) : "",
	].filter(Boolean);
}
