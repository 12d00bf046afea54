export declare function nodeFlags(): string[];
