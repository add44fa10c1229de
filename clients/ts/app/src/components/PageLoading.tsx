// Shown while a page's chunk or first data are on their way.
import { useTranslation } from "react-i18next";
import { LogoMark } from "./Logo";
import classes from "./PageLoading.module.css";

/** Drawn late, so that a fast load shows nothing at all. */
export function PageLoading() {
  const { t } = useTranslation();
  return (
    <div className={classes.loading} role="status">
      <LogoMark size={56} />
      <span className="visually-hidden">{t("loading")}</span>
    </div>
  );
}
