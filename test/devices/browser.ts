/** @file All suites of this folder, for a page. */
import './setup/browser.js';
import './layers.test.js';
import './operations.test.js';
import './quadratic-programs.test.js';
import './shaders.test.js';
