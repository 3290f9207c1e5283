/** @file Shaders are text, which no bundler minifies: they lose their indentation, their comments, and spaces that separate nothing. */
export function shrinkShaders(text) {
  return text.replace(/`[^`]*`/g, (shader) =>
    shader
      .replace(/^\s*\/\/.*\n/gm, '')
      .replace(/\n\s+/g, '\n')
      .replace(/ ([-+*/=<>{}:&|]+) /g, '$1')
      .replace(/([,;]) /g, '$1'),
  );
}
