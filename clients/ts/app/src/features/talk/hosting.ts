// What a host's page takes of talk by itself: hands and what is done about members. Loaded when it is needed.
import "./index";

export { Hands } from "./people/Hands";
export { MemberActions } from "./people/MemberDialog";
