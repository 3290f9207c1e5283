/** @file Objects that are created by name, so that a saved layer can recreate its own. */

/** How an object is written to a file. */
export interface NamedConfig {
  /** The name under which the object was registered. */
  className: string;
  /** The arguments that create an equal object. */
  config: Record<string, unknown>;
}

/** The functions that create objects of one kind. */
export class Makers<T> {
  private readonly makers = new Map<string, (config: Record<string, unknown>) => T>();

  /** @param kind The name for error messages. */
  constructor(private readonly kind: string) {}

  /** Registers how to create an object of this name. Called where it is defined, so that a bundle contains only what it uses. */
  register<M extends (options: never) => T>(className: string, make: M): M {
    this.makers.set(className, make as unknown as (config: Record<string, unknown>) => T);
    return make;
  }

  has(className: string): boolean {
    return this.makers.has(className);
  }

  fromConfig(saved: NamedConfig): T {
    const {className, config} = (saved ?? {}) as Partial<NamedConfig>;
    const make = this.makers.get(className!);
    if (!make) {
      throw new Error(
        `Unknown ${this.kind} '${className ?? JSON.stringify(saved) ?? 'none'}'; known: ${[...this.makers.keys()].join(', ')}. ` +
          "Import it (or 'tfjs-implicit/register', which registers all of them) before loading.",
      );
    }
    return make(config ?? {});
  }
}
