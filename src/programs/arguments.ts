/** @file Arguments of a function as a form: which tensors there are, by shape and type, and all other values as text. */
import * as tf from '@tensorflow/tfjs-core';

type Form = {shape: number[]; dtype: tf.DataType} | Form[] | Map<string, Form> | Rest;

/** A value that is not a tensor. */
class Rest {
  constructor(readonly value: unknown) {}
}

/** A value that cannot be compared with another one: a function, or an object of a class. */
export class NotPlain extends Error {}

/** Tensors in arrays and records, without the tensors. */
export class Arguments {
  /** Equal for arguments of the same form. */
  readonly text: string;
  private readonly form: Form;

  /** @throws `NotPlain` */
  constructor(args: unknown) {
    this.form = formOf(args);
    this.text = textOf(this.form);
  }

  /** Arguments of this form, with tensors from a pool if there are any of that shape and type, else zeros. */
  filled(pool: readonly tf.Tensor[]): unknown {
    const tensor = (shape: number[], dtype: tf.DataType) =>
      pool.find((own) => own.dtype === dtype && tf.util.arraysEqual(own.shape, shape)) ??
      tf.zeros(shape, dtype);
    const build = (form: Form): unknown => {
      if (form instanceof Rest) return form.value;
      if (Array.isArray(form)) return form.map(build);
      if (form instanceof Map) return Object.fromEntries([...form].map(([name, own]) => [name, build(own)]));
      return tensor(form.shape, form.dtype);
    };
    return build(this.form);
  }
}

/** The tensors among them, in order. */
export function tensorsOf(args: unknown): tf.Tensor[] {
  if (args instanceof tf.Tensor) return [args as tf.Tensor];
  if (Array.isArray(args)) return (args as unknown[]).flatMap(tensorsOf);
  return isRecord(args) ? Object.values(args).flatMap(tensorsOf) : [];
}

function formOf(value: unknown): Form {
  if (value instanceof tf.Tensor) {
    const {shape, dtype} = value as tf.Tensor;
    return {shape, dtype};
  }
  if (Array.isArray(value)) return (value as unknown[]).map(formOf);
  if (isRecord(value)) return new Map(Object.entries(value).map(([name, own]) => [name, formOf(own)]));
  if (typeof value === 'function' || (typeof value === 'object' && value !== null)) throw new NotPlain();
  return new Rest(value);
}

function textOf(form: Form): string {
  if (form instanceof Rest) {
    const {value} = form;
    if (typeof value === 'string') return JSON.stringify(value);
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (Array.isArray(form)) return `[${form.map(textOf).join()}]`;
  if (form instanceof Map) {
    return `{${[...form].map(([name, own]) => `${JSON.stringify(name)}:${textOf(own)}`).join()}}`;
  }
  return `${form.dtype}(${form.shape.join()})`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
