/** @file The theme: VitePress's own, with the parts of pages that compute. */
import {defineAsyncComponent} from 'vue';
import type {Theme} from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import LiveCode from '../../editor/LiveCode.vue';
import './style.css';

export default {
  extends: DefaultTheme,
  enhanceApp({app}) {
    app.component('LiveCode', LiveCode);
    app.component(
      'LiveProgram',
      defineAsyncComponent(() => import('../../program/LiveProgram.vue')),
    );
  },
} satisfies Theme;
