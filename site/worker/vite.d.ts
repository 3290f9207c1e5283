/** @file What Vite makes of imports that are not modules. */
declare module '*.vue' {
  import type {DefineComponent} from 'vue';
  const component: DefineComponent;
  export default component;
}
declare module '*?url' {
  const address: string;
  export default address;
}
declare module '*.css';
interface ImportMeta {
  /** The modules whose path matches: loaders, or with `eager` the modules. */
  glob<T>(pattern: string): Record<string, () => Promise<T>>;
  glob<T>(pattern: string, options: {eager: true; query?: string; import?: string}): Record<string, T>;
}
