/** @file Code and formulas: in a lesson and on the front page, each block of JavaScript can be run and edited. */
import type {MarkdownRenderer} from 'vitepress';

export function live(md: MarkdownRenderer): void {
  // A formula may be wider than a phone: who has only a keyboard can scroll it.
  md.renderer.rules.code_block = (tokens, i) =>
    `<pre v-pre tabindex="0"><code>${md.utils.escapeHtml(tokens[i].content)}</code></pre>\n`;
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, i, options, env, self) => {
    const block = fence(tokens, i, options, env, self);
    const {info, content} = tokens[i];
    const isLesson = /^(lessons\/|index\.md$)/.test((env as {relativePath: string}).relativePath);
    if (!isLesson || info.trim() !== 'js') return block;
    return `<LiveCode code="${encodeURIComponent(content)}">${block}</LiveCode>`;
  };
}
