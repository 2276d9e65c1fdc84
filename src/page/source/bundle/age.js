// What the page needs of the library; scripts/rebuild-page makes one script of it, a global named "age".
export { Decrypter, identityToRecipient } from "age-encryption";
