// A lesson's text, beside the picture of its stage.

import { el, fragment } from "./dom.js";
import { say } from "./words.js";

export async function lesson({ engine, state, catalogue, choose }) {
	const own = catalogue.lessons.find((l) => l.stage === state.stage);
	const number = Number(state.lesson ?? own?.number ?? catalogue.lessons[0].number);
	const got = await engine.ask("lesson", { number, lang: catalogue.lang });
	const go = (n) => choose({ lesson: String(n) });
	const select = el("select", { change: (e) => go(e.target.value) },
		catalogue.lessons.map((l) => el("option", { value: l.number, selected: l.number === number }, `${String(l.number).padStart(2, "0")} ${l.title}`)));
	const show = got.stage && got.stage !== state.stage;
	const article = el("article", { class: "lesson" }, fragment(got.html));
	article.addEventListener("click", (e) => {
		const other = /^#lesson=(\d+)/.exec(e.target.closest("a")?.getAttribute("href") ?? "");
		if (!other) return;
		e.preventDefault();
		go(Number(other[1]));
	});
	return [
		el("div", { class: "row" },
			el("label", { class: "field" }, el("span", {}, say("Lesson")), select),
			show && el("button", { type: "button", click: () => choose({ stage: got.stage, variant: undefined, plan: undefined, c: undefined, at: undefined, lesson: String(number) }) }, say("Show its stage: %s", got.stage))),
		article,
	];
}
