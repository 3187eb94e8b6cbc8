// Elements, without a framework.

// byId returns the element of that ID.
export const byId = (id) => document.getElementById(id);

// el makes an element. An attribute that is a function becomes a listener; what
// is undefined, null or false is left out.
export function el(tag, attributes = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === "function") made.addEventListener(name, value);
		else if (value === true) made.setAttribute(name, "");
		else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value);
	}
	made.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
	return made;
}

// fragment turns HTML that the engine wrote into elements.
export function fragment(html) {
	const template = document.createElement("template");
	template.innerHTML = html;
	return template.content;
}

// picture turns the text of an SVG into an element. HTML's parser takes half the time
// of XML's, and runs no script either.
export const picture = (svg) => fragment(svg).firstElementChild;

// text sets what an element says, and hides it where that is nothing.
export function text(element, said) {
	if (element.textContent !== said) element.textContent = said;
	element.hidden = said === "";
}

// width returns a function that tells an element's width without a new layout of the
// page, and calls changed when it is another.
export function width(element, changed) {
	let known = 0;
	new ResizeObserver(() => {
		if (element.clientWidth === known) return;
		known = element.clientWidth;
		changed();
	}).observe(element);
	return () => (known ||= element.clientWidth);
}
