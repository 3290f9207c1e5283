/** @file Calls a function at each frame of the page while an element can be seen. */
import {onBeforeUnmount, onMounted, type Ref} from 'vue';

export function eachFrame(element: Ref<Element | null>, frame: (seconds: number) => void): void {
  let request = 0;
  let before = 0;
  const tick = (now: number): void => {
    frame(Math.min(0.05, (now - before) / 1000));
    before = now;
    request = requestAnimationFrame(tick);
  };
  let observer: IntersectionObserver | undefined;
  onMounted(() => {
    observer = new IntersectionObserver(([entry]) => {
      cancelAnimationFrame(request);
      if (entry.isIntersecting) request = requestAnimationFrame(tick);
    });
    observer.observe(element.value!);
  });
  onBeforeUnmount(() => {
    observer?.disconnect();
    cancelAnimationFrame(request);
  });
}
