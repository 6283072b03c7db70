import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { CodeText } from '../design/CodeText.tsx';
import { Icon } from '../design/Icon.tsx';
import { QrCode } from '../design/QrCode.tsx';
import { useWakeLock } from '../design/useWakeLock.ts';
import { messages } from '../language/language.ts';
import { couponMessages } from './coupon-messages.ts';
import './coupon-qr.css';

/** For the scanner at the till: a small code, and on a press one that fills the screen. */
export default function CouponQr({ code, title }: { code: string; title: string }) {
  const words = couponMessages.value;
  const isLarge = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="qr-card"
        aria-haspopup="dialog"
        onClick={() => {
          isLarge.value = true;
        }}
      >
        <QrCode text={asShown(code)} label={words.qr(asShown(code))} />
        <span class="small">{words.qrLarger}</span>
      </button>
      {isLarge.value && <LargeQr code={code} title={title} isOpen={isLarge} />}
    </>
  );
}

function LargeQr({ code, title, isOpen }: { code: string; title: string; isOpen: Signal<boolean> }) {
  const words = couponMessages.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useWakeLock();
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class="qr-large"
      aria-label={words.qr(asShown(code))}
      onClose={() => {
        isOpen.value = false;
      }}
    >
      <button
        type="button"
        class="qr-close"
        aria-label={messages.value.line.close}
        onClick={() => dialog.current?.close()}
      >
        <Icon name="cross" size={28} />
      </button>
      <p class="qr-title">{title}</p>
      <QrCode text={asShown(code)} label={words.qr(asShown(code))} />
      <CodeText code={code} />
      <p class="small">{words.qrHint}</p>
    </dialog>
  );
}

/** Twelve characters as people read and type them: XXXX-XXXX-XXXX. Every till takes it with the dashes. */
function asShown(code: string): string {
  return code.match(/.{1,4}/g)?.join('-') ?? code;
}
