/* main.js - the page begins. */
import { h } from './dom.js'

document.body.append(h('main', { text: 'sonde' }));
