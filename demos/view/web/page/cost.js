// What each stage costs a message under the plan's link.

import { el, picture } from "./dom.js";

export async function cost({ engine, state, answer }) {
	const got = await engine.ask("cost", { plan: answer.plan, lang: state.lang }, new AbortController().signal);
	return [
		el("div", { class: "scroll", tabindex: "0", role: "group" }, el("pre", {}, got.text)),
		got.svg && el("div", { class: "figure" }, picture(got.svg)),
	].filter(Boolean);
}
