/** @file In a lesson and on the front page, each block of JavaScript can be run and edited. */
import type {MarkdownRenderer} from 'vitepress';

export function live(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence!;
  md.renderer.rules.fence = (tokens, i, options, env, self) => {
    const block = fence(tokens, i, options, env, self);
    const {info, content} = tokens[i];
    const isLesson = /^(lessons\/|index\.md$)/.test((env as {relativePath: string}).relativePath);
    if (!isLesson || info.trim() !== 'js') return block;
    return `<LiveCode code="${encodeURIComponent(content)}">${block}</LiveCode>`;
  };
}
