/** A code in groups of four, for eyes and typing fingers; selecting and copying it gives the code as it is. */
export function CodeText({ code }: { code: string }) {
  const groups = code.match(/.{1,4}/gu) ?? [];
  return (
    <code class="code-text">
      {groups.map((group, index) => (
        <span key={index}>{group}</span>
      ))}
    </code>
  );
}
