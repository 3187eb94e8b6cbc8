// What each stage costs a message under the plan's link.

import { el, picture } from "./dom.js";
import { say } from "./words.js";

export async function cost({ engine, state, answer }) {
	const got = await engine.ask("cost", { plan: answer.plan, lang: state.lang }, new AbortController().signal);
	const [head, ...rows] = got.rows;
	return [
		el("p", {}, say("What a message costs each program under %s", got.plan)),
		el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": say("Costs") }, el("table", { class: "table numbers" },
			el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, cell)))),
			el("tbody", {}, rows.map(([program, verdict, ...cells]) => el("tr", {}, el("th", { scope: "row" }, program), el("td", {}, verdict), cells.map((c) => el("td", {}, c))))))),
		el("div", { class: "figure plot", tabindex: "0", role: "group", "aria-label": say("Costs") }, picture(got.svg)),
	];
}
