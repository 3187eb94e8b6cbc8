// The link model's knobs: they write the plan's link.

import { el } from "./dom.js";
import { say } from "./words.js";

export async function link({ catalogue, answer, choose }) {
	return [el("p", {}, answer.plan)];
}
