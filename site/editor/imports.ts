/** @file Gives the code of a lesson the modules of the page: its imports by name become addresses that the browser can load. */
import {init, parse} from 'es-module-lexer';

const addresses = new Map<string, string>();

/** A module that exports what `names` has under this name in the worker. */
function addressOf(name: string, modules: Record<string, object>): string {
  const known = addresses.get(name);
  if (known !== undefined) return known;
  if (!(name in modules)) {
    throw new Error(
      `This page has the modules ${Object.keys(modules).join(', ')}; the code imports '${name}'.`,
    );
  }
  const exported = Object.keys(modules[name]).filter((key) => key !== 'default' && /^[\w$]+$/.test(key));
  // Under other names first, since some are reserved words.
  const lines = exported.map(
    (key, i) => `const e${i} = all[${JSON.stringify(key)}]; export {e${i} as ${key}};`,
  );
  const address = addressOfCode(
    `const all = self.lessonModules[${JSON.stringify(name)}];\n${lines.join('\n')}`,
  );
  addresses.set(name, address);
  return address;
}

const addressOfCode = (code: string): string =>
  URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));

/** The address of a module with this code, whose imports lead to `modules`. Lines keep their numbers. */
export async function moduleOf(code: string, modules: Record<string, object>): Promise<string> {
  Object.assign(self, {lessonModules: modules});
  await init();
  let text = code;
  for (const {type, specifier, start, end} of [...parse(code)[0]].reverse()) {
    if (!specifier) continue;
    const address = addressOf(specifier, modules);
    text = text.slice(0, start) + (type === 'dynamic' ? JSON.stringify(address) : address) + text.slice(end);
  }
  return addressOfCode(text);
}
