// What the page says, in the language of its reader. The keys are English; the
// engine's catalogue has the texts.

let texts = {};

// learn takes the texts of a language.
export function learn(words) {
	texts = words;
}

// say returns a text with its %s filled in; %[2]s is the second argument.
export function say(key, ...args) {
	let next = 0;
	return (texts[key] ?? key).replace(/%(?:\[(\d+)\])?s/g, (_, n) => args[n ? n - 1 : next++] ?? "");
}

// count groups a number's digits, as the pictures do.
export const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

// translate says anew what stands in the page itself.
export function translate(root) {
	for (const e of root.querySelectorAll("[data-say]")) e.textContent = say(e.dataset.say);
	for (const e of root.querySelectorAll("[data-label]")) {
		e.setAttribute("aria-label", say(e.dataset.label));
		if (e.matches("button")) e.title = say(e.dataset.label);
	}
}
