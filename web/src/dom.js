/* dom.js - elements, made in one way. How they look is a matter of classes: the policy forbids style attributes. */

/** @typedef {Record<string, any>} Props */

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Sets attributes: `text` is the text inside, `on` an object of listeners, `value` and the like are properties;
 * null, undefined and false are left out.
 * @param {Element} node
 * @param {Props | null} [props]
 */
function setProps(node, props) {
  for (const [key, value] of Object.entries(props ?? {})) {
    if (value == null || value === false) continue;
    if (key === 'text') node.textContent = value;
    else if (key === 'on')
      for (const [type, listener] of Object.entries(value))
        node.addEventListener(type, /** @type {EventListener} */ (listener));
    else if (key === 'value' || key === 'checked')
      /** @type {any} */ (node)[key] = value;
    else node.setAttribute(key, value === true ? '' : String(value));
  }
}

/** @param {any[]} children */
function wanted(children) {
  return children.flat(Infinity).filter((child) => child != null && child !== false);
}

/**
 * An element of HTML with what is inside; null and false are left out.
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...any} children
 * @returns {HTMLElement}
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  setProps(node, props);
  node.append(...wanted(children));
  return node;
}

/**
 * The same for a picture.
 * @param {string} tag
 * @param {Props | null} [props]
 * @param {...any} children
 * @returns {SVGElement}
 */
export function svg(tag, props, ...children) {
  const node = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  setProps(node, props);
  node.append(...wanted(children));
  return node;
}

/**
 * A field to type into.
 * @param {Props} props
 * @returns {HTMLInputElement}
 */
export function field(props) {
  return /** @type {HTMLInputElement} */ (h('input', { autocomplete: 'off', spellcheck: 'false', ...props }));
}

/**
 * @param {string} text
 * @param {(event: Event) => void} act
 * @param {Props} [props]
 */
export function button(text, act, props) {
  return h('button', { type: 'button', text, on: { click: act }, ...props });
}

/**
 * @param {string} text
 * @param {string} href
 * @param {Props} [props]
 */
export function link(text, href, props) {
  return h('a', { text, href, ...props });
}

/**
 * What a view begins with.
 * @param {string} title
 * @param {string} [about]
 * @param {...any} more
 */
export function viewHead(title, about, ...more) {
  return h(
    'header',
    { class: 'view-head' },
    h('h1', { text: title }),
    about && h('p', { class: 'more', text: about }),
    more,
  );
}

/**
 * Puts other children into an element.
 * @param {Element} node
 * @param {...any} children
 */
export function fill(node, ...children) {
  node.replaceChildren(...wanted(children));
}

/**
 * Sets a text only where it differs: what is watched by a screen reader is not told twice.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * The part from..to (0..1) of the width of what it lies in.
 * @param {HTMLElement} node
 * @param {number} from
 * @param {number} to
 */
export function place(node, from, to) {
  node.style.setProperty('left', `${(100 * from).toFixed(3)}%`);
  node.style.setProperty('width', `${(100 * (to - from)).toFixed(3)}%`);
}
