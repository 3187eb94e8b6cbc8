// The source of both programs, side by side.

import { el } from "./dom.js";
import { say } from "./words.js";

export async function difference({ engine, state }) {
	const got = await engine.ask("difference", { stage: state.stage, variant: state.variant, lang: state.lang });
	const line = (text, ...classes) => el("td", { class: classes.filter(Boolean).join(" ") }, el("code", {}, text ?? ""));
	return [el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": say("Difference") },
		el("table", { class: "diff" },
			el("thead", {}, el("tr", {}, ["naive", "fixed"].map((s) => el("th", { scope: "col", colspan: 2 }, `${s} (${got[s].file})`)))),
			el("tbody", {}, got.rows.map((r) => el("tr", { class: r.kind },
				line(r.left?.n, "number"), line(r.left?.text, r.kind === "changed" && r.left && "less", r.bug && "bug"),
				line(r.right?.n, "number"), line(r.right?.text, r.kind === "changed" && r.right && "more", r.fix && "fix"))))))];
}
