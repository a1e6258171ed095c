// Makes DOM nodes. Text enters only as text nodes, so nothing foreign is ever read as markup.

/** The element of the page with this id. */
export function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes (`true` sets an empty one; null and false leave it out) and children. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(key, value === true ? "" : value);
    }
  }
  node.append(...children);
  return node;
}

/** A link that opens elsewhere and tells nothing of us; plain children when it is not for the web. */
export function anchor(url, attributes, ...children) {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (!["https:", "http:", "mailto:"].includes(target?.protocol)) {
    return element("span", attributes, ...children);
  }
  const away = { href: target.href, target: "_blank", rel: "noopener noreferrer" };
  return element("a", { ...attributes, ...away }, ...children);
}
