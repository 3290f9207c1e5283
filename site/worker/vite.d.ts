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
  /** Loaders of the modules whose path matches. */
  glob<T>(pattern: string): Record<string, () => Promise<T>>;
}
