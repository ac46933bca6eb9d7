// Amounts stay decimal texts: floats would lose cents.
/** "1234567.891" and "EUR" as "EUR 1,234,567.89", rounded half up in digits. */
export function money(amount: string, currency: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount.trim());
  if (!match) return `${currency} ${amount}`;
  const [, sign = '', whole = '0', fraction = ''] = match;
  const cents =
    BigInt(whole + fraction.slice(0, 2).padEnd(2, '0')) + (Number(fraction[2] ?? 0) >= 5 ? 1n : 0n);
  const digits = cents.toString().padStart(3, '0');
  const grouped = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${currency} ${sign}${grouped}.${digits.slice(-2)}`;
}

/** The greatest first. Compared as numbers: the order needs no cents. */
export function byAmount<T extends { amount: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => Number(b.amount) - Number(a.amount));
}
