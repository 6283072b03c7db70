import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import './coupon-qr.css';

type CouponQr = typeof import('./CouponQr.tsx').default;

/** The QR code's place, kept from the beginning: what draws it comes when the coupon is already readable. */
export function CouponQrPlace({ code, title }: { code: string; title: string }) {
  const CouponQr = useSignal<CouponQr | null>(null);
  useEffect(() => {
    const load = () =>
      import('./CouponQr.tsx').then(
        (loaded) => {
          CouponQr.value = loaded.default;
        },
        // The code itself is there, and can be typed.
        () => undefined,
      );
    void load();
    addEventListener('online', load);
    return () => removeEventListener('online', load);
  }, []);
  return (
    <div class="qr-place">
      {CouponQr.value ? <CouponQr.value code={code} title={title} /> : <div class="skeleton" />}
    </div>
  );
}
