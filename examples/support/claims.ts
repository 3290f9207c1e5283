/** @file The claims of an example, checked. */

/** Collects what an example claims. */
export class Claims {
  private failed = 0;

  /** Prints the claim, and whether it holds. */
  check(claim: string, holds: boolean): void {
    console.log(`${holds ? 'holds' : 'FAILS'}: ${claim}`);
    if (!holds) this.failed++;
  }

  /** The claim that two numbers differ by at most `bound`, as a share of the reference. */
  close(name: string, value: number, reference: number, bound: number): void {
    const off = Math.abs(value - reference) / Math.abs(reference);
    this.check(
      `${name}: ${value.toPrecision(6)}, reference ${reference.toPrecision(6)}, relative error ${off.toExponential(1)} ≤ ${bound}`,
      off <= bound,
    );
  }

  /** Makes the program fail if a claim does not hold. */
  end(): void {
    if (this.failed > 0) process.exitCode = 1;
  }
}
