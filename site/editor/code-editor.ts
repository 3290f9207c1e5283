/** @file The editor of a block of code: CodeMirror, in the colours of the site. */
import {javascript} from '@codemirror/lang-javascript';
import {HighlightStyle, syntaxHighlighting} from '@codemirror/language';
import {keymap} from '@codemirror/view';
import {tags} from '@lezer/highlight';
import {EditorView, minimalSetup} from 'codemirror';

const colours = HighlightStyle.define([
  {tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: 'var(--code-keyword)'},
  {tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)'},
  {tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)'},
  {tag: tags.comment, color: 'var(--code-comment)'},
  {tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: 'var(--code-function)'},
]);

const theme = EditorView.theme({
  '&': {fontSize: 'var(--vp-code-font-size)', backgroundColor: 'transparent', color: 'var(--vp-c-text-1)'},
  '&.cm-focused': {outline: '2px solid var(--vp-c-brand-1)'},
  '.cm-scroller': {fontFamily: 'var(--vp-font-family-mono)', lineHeight: 'var(--vp-code-line-height)'},
  '.cm-content': {padding: '20px 0', caretColor: 'var(--vp-c-text-1)'},
  '.cm-line': {padding: '0 24px'},
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--vp-c-default-soft) !important',
  },
});

/** Puts an editor into an element. Control-Enter calls `onRun`. Tab leaves the editor, as everywhere in a page. */
export function editorIn(parent: Element, code: string, onRun: () => void): EditorView {
  return new EditorView({
    parent,
    doc: code,
    extensions: [
      keymap.of([{key: 'Mod-Enter', run: () => (onRun(), true)}]),
      minimalSetup,
      javascript(),
      syntaxHighlighting(colours),
      theme,
      EditorView.contentAttributes.of({'aria-label': 'Code of this example'}),
    ],
  });
}
