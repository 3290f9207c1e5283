/** @file The suites of operations and layers, for a page. */
import './setup/browser.js';
import './layers.test.js';
import './operations.test.js';
import './programs.test.js';
import './quadratic-programs.test.js';
